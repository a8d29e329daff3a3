// Signs data packages with RedStone's own library and prints the payload as hex.
//   node redstone.cjs A FILE IN THE LIBRARY, ethers.umd.js, decimal.js < {keys, feed, values, milliseconds, metadata}
"use strict";
const Module = require("module");
const path = require("path");
const [file, ethersFile, decimalFile] = process.argv.slice(2);
const folder = path.dirname(file); // the first file is at its root
const ethers = require(ethersFile);
const found = {
  ethers,
  "ethers/lib/utils": ethers.utils,
  "@ethersproject/bytes": ethers.utils,
  "decimal.js": require(decimalFile),
  secp256k1: {}, // of wallets in browsers
};
const load = Module._load;
Module._load = (name, ...rest) => (name in found ? found[name] : load(name, ...rest));

const { DataPackage } = require(path.join(folder, "data-package/DataPackage.js"));
const { NumericDataPoint } = require(path.join(folder, "data-point/NumericDataPoint.js"));
const { RedstonePayload } = require(path.join(folder, "redstone-payload/RedstonePayload.js"));
const given = JSON.parse(require("fs").readFileSync(0, "utf8"));
const packages = given.keys.map((key, index) => {
  const point = new NumericDataPoint({ dataFeedId: given.feed, value: given.values[index] });
  return new DataPackage([point], given.milliseconds, given.feed).sign(key);
});
process.stdout.write(RedstonePayload.prepare(packages, given.metadata));
