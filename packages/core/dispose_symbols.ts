// The symbols that `using` needs, where a browser has none yet. Each entry of this package imports this first.

for (const name of ["dispose", "asyncDispose"] as const) {
  if (name in Symbol) continue;
  Object.defineProperty(Symbol, name, { value: Symbol.for(`Symbol.${name}`) });
}
