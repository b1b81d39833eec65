import { assertEquals } from "@std/assert";
import { FFNetwork, type Recipe, recipes } from "@forward-forward/core";
import { ReferenceBackend } from "@forward-forward/core/reference";
import proto from "onnx-proto";
import { onnxModel } from "./onnx_model.ts";

const small = { layers: [16, 6, 5], classes: 3 };
const hinton = recipes.hinton(small);
const cases: Record<string, Recipe> = {
  hinton,
  quick: recipes.quick(small),
  keras: recipes.keras(small),
  unsupervised: recipes.unsupervised(small),
  "a label beside the image": {
    ...hinton,
    inputs: "plain",
    label: { placement: "append", strength: "max", neutral: 0.3 },
  },
};

// By onnx.checker, operator by operator: ReduceSumSquare and ReduceMax take their axes as an input from opset 18 on, with
// which IR 8 came; the graph checks as 18, not as 17, and whatever asks for more shuts out older readers for nothing.
for (const [name, recipe] of Object.entries(cases)) {
  Deno.test(`onnxModel() of ${name} asks for opset 18 and IR 8, no more`, async () => {
    using backend = new ReferenceBackend();
    using network = new FFNetwork(backend, recipe);
    const { onnx } = proto;
    const bytes = onnxModel(recipe, await network.state(), { rows: 4, columns: 4 });
    const { irVersion, opsetImport, graph } = onnx.ModelProto.decode(bytes);
    assertEquals(Number(irVersion), 8);
    assertEquals(opsetImport.map(({ domain, version }) => [domain, Number(version)]), [["", 18]]);
    const operators = new Set(graph!.node!.map(({ opType }) => opType));
    assertEquals(operators.has("ReduceSumSquare"), true);
    assertEquals(operators.has("ReduceMax"), recipe.label.strength === "max");
  });
}
