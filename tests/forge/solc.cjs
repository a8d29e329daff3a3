#!/usr/bin/env node
// What forge expects of a Solidity compiler, on top of the one npm has: `--version` and `--standard-json`.
// The compiler is `soljson.js` beside this file.
"use strict";
const path = require("path");
const compiler = require(path.join(__dirname, "soljson.js"));
const version = compiler.cwrap("solidity_version", "string", []);
const compile = compiler.cwrap("solidity_compile", "string", ["string", "number", "number"]);

if (process.argv.includes("--version")) {
  console.log(`solc, the solidity compiler commandline interface\nVersion: ${version()}`);
} else if (process.argv.includes("--standard-json")) {
  const input = require("fs").readFileSync(0, "utf8");
  process.stdout.write(compile(input, 0, 0));
} else {
  console.error("only --version and --standard-json");
  process.exitCode = 1;
}
