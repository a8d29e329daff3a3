// Reads an accumulator update with Pyth's own library and prints its message and its prices.
//   node pyth.cjs AccumulatorUpdateData.js bn.js < update as hex
"use strict";
const Module = require("module");
const [file, numbers] = process.argv.slice(2);
const found = { "bn.js": require(numbers) };
const load = Module._load;
Module._load = (name, ...rest) => (name in found ? found[name] : load(name, ...rest));

const { parseAccumulatorUpdateData, parsePriceFeedMessage } = require(file);
const update = Buffer.from(require("fs").readFileSync(0, "utf8"), "hex");
const { vaa, updates } = parseAccumulatorUpdateData(update);
const prices = updates.map(({ message, proof }) => {
  const price = parsePriceFeedMessage(message);
  return {
    feed: price.feedId.toString("hex"),
    price: price.price.toString(),
    confidence: price.confidence.toString(),
    exponent: price.exponent,
    publish_time: price.publishTime.toNumber(),
    previous_publish_time: price.prevPublishTime.toNumber(),
    depth: proof.length,
  };
});
process.stdout.write(JSON.stringify({ message: vaa.toString("hex"), prices }));
