// In the guest: does to the kernel's simulated pins what the test says: gpio-sim.mjs HOST PORT
import { readdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

const [host, port] = process.argv.slice(2);
const platform = '/sys/devices/platform';
const device = readdirSync(platform).find((name) => name.startsWith('gpio-sim.'));
const chip = readdirSync(`${platform}/${device}`).find((name) => name.startsWith('gpiochip'));
const socket = connect(Number(port), host).setNoDelay(true);
createInterface({ input: socket }).on('line', (line) => {
  const { pin, level } = JSON.parse(line);
  writeFileSync(`${platform}/${device}/${chip}/sim_gpio${pin}/pull`, level ? 'pull-up' : 'pull-down');
  socket.write('done\n');
});
