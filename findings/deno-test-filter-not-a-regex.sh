#!/bin/sh
# Deno 2.9.6: `deno test --filter` with an expression that is none for it runs no test, says nothing of it and succeeds.
#
# Between slashes a filter is a regular expression, of Rust's kind: it has no lookahead and no back reference. One that JavaScript has
# and Rust lacks is taken for one that matches nothing, so that a check which is to run all tests but some, by `/^(?!slow)/`, runs
# none for ever and is green. A misspelt one, `/(fast/`, does the same. A plain filter that no test has is green too. What helps: look for
# `0 passed` in what it prints, or name what is to run.
#
# Seen: 2026-11-28, Linux x64. Needs Node from 20.15 on and the npm registry. Fails if the behaviour changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund deno@2.9.6 >/dev/null

cat > some_test.ts <<'TS'
Deno.test("fast", () => {});
Deno.test("slow, and it fails", () => {
  throw new Error("it fails");
});
TS

for filter in '/fast|slow/' '/^(?!slow)/' '/(fast/'; do
  code=0
  NO_COLOR=1 ./node_modules/.bin/deno test --quiet --filter "$filter" some_test.ts >out 2>err || code=$?
  echo "$filter: $(grep -oE '[0-9]+ passed \| [0-9]+ failed' out), exit code $code, $([ -s err ] && echo something || echo nothing) said on stderr"
done | tee seen

cat > expected <<'TXT'
/fast|slow/: 1 passed | 1 failed, exit code 1, something said on stderr
/^(?!slow)/: 0 passed | 0 failed, exit code 0, nothing said on stderr
/(fast/: 0 passed | 0 failed, exit code 0, nothing said on stderr
TXT
diff expected seen && echo "as found"
