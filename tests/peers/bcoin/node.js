// A bcoin full node on regtest for the tests: in memory, without peers, on loopback alone.
//
//   node node.js FOLDER PORT PASSWORD
//
// FOLDER has node_modules with bcoin, installed without its native parts. They are not needed:
// NODE_BACKEND=js chooses the JavaScript cryptography, and a database in memory no LevelDB.
'use strict';

const Module = require('node:module');
const path = require('node:path');

process.env.NODE_BACKEND = 'js';
const load = Module._load;
Module._load = (name, ...rest) => (name === 'leveldown' ? class {} : load(name, ...rest));

async function main([folder, port, password]) {
  const fromFolder = Module.createRequire(path.join(path.resolve(folder), 'package.json'));
  const {FullNode} = fromFolder('bcoin');
  const node = new FullNode({
    network: 'regtest',
    memory: true,
    workers: false,
    listen: false,
    maxOutbound: 1, // the least it takes; it is never told to connect
    httpHost: '127.0.0.1',
    httpPort: Number(port),
    apiKey: password,
    logConsole: true,
    logLevel: 'warning',
  });
  process.on('SIGTERM', () => node.close().then(() => process.exit(0)));
  await node.open();
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exit(1);
});
