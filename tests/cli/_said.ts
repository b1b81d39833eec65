// Other programs, for the tests.

/** What a program said, and how it ended. */
export interface Said {
  /** Its exit code. */
  code: number;
  /** What it printed on stdout, trimmed. */
  stdout: string;
  /** What it printed on stderr, trimmed. */
  stderr: string;
}

/** Runs a program to its end. */
export async function said(
  program: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<Said> {
  const output = await new Deno.Command(program, { args, env, stdin: "null" }).output();
  const [stdout, stderr] = [output.stdout, output.stderr].map((bytes) =>
    new TextDecoder().decode(bytes).trim()
  );
  return { code: output.code, stdout: stdout!, stderr: stderr! };
}
