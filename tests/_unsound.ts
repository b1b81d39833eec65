// Loaded before a program, makes every WebGPU device in it compute wrongly.

const { createShaderModule } = GPUDevice.prototype;
GPUDevice.prototype.createShaderModule = function (descriptor): GPUShaderModule {
  // Of our own kernels, and of those that TensorFlow.js is given.
  const code = descriptor.code.replaceAll("* params.kept", "* 0").replaceAll(
    "* uniforms.scale",
    "",
  );
  return createShaderModule.call(this, { ...descriptor, code });
};
