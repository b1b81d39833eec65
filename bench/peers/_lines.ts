// Cuts a stream of text into lines.

/** A stream that takes pieces of text and gives whole lines, without their ends. */
export class TextLineStream extends TransformStream<string, string> {
  /** Makes one. */
  constructor() {
    let rest = "";
    super({
      transform(piece, controller): void {
        const lines = (rest + piece).split("\n");
        rest = lines.pop()!;
        for (const line of lines) controller.enqueue(line);
      },
      flush(controller): void {
        if (rest !== "") controller.enqueue(rest);
      },
    });
  }
}
