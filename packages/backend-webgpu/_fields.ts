// Local receptive fields: products with dense weights, which are made of theirs and taken apart again on the device.

import {
  convolved,
  type FieldOperations,
  fieldShape,
  type ReceptiveFields,
  requireDType,
  requireFields,
  type Tensor,
  volume,
} from "@forward-forward/core/tensor";
import { eachOf } from "./_each.ts";
import type { Block } from "./_pool.ts";
import { matmul } from "./_product.ts";
import type { Workspace } from "./_workspace.ts";
import { pickFields, spreadFields } from "./kernels/fields.ts";
import { type Geometry, geometryOf } from "./kernels/windows.ts";

/** The operations on local receptive fields on a workspace. */
export function fieldOperations(workspace: Workspace): Omit<FieldOperations, "activate"> {
  const use = (operation: string, x: Tensor): Block => {
    const block = workspace.use(operation, x);
    requireDType(operation, x, "f32");
    return block;
  };
  const geometry = (f: ReceptiveFields): Geometry => geometryOf({ ...f, groups: 1 });

  return {
    fields(x: Tensor, weights: Tensor, f: ReceptiveFields): Tensor {
      requireFields("fields", x, f, { weights });
      use("fields", x);
      const from = use("fields", weights);
      const shape = [volume(convolved(f)), volume(f.input)] as const;
      using dense = eachOf(workspace, "fields", spreadFields(...geometry(f)), [from], shape);
      return matmul(workspace, x, dense, { transposeB: true });
    },

    fieldsGradient(x: Tensor, delta: Tensor, f: ReceptiveFields): Tensor {
      requireFields("fieldsGradient", x, f, { delta });
      for (const tensor of [x, delta]) use("fieldsGradient", tensor);
      using dense = matmul(workspace, delta, x, { transposeA: true });
      const from = use("fieldsGradient", dense);
      const kernel = pickFields(...geometry(f));
      return eachOf(workspace, "fieldsGradient", kernel, [from], fieldShape(f));
    },
  };
}
