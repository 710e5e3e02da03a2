// Run on a board: draws as fast as the bus takes it, and tells how long the event loop was kept from other work.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { detectDisplay } from '../../../dist/drivers/detect.js';

const [seconds = '5', every = '4'] = process.argv.slice(2);
const clock = {
  nowMs: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};
const log = { info() {}, warn() {} };
const { display } = await detectDisplay({ display: 'ssd1306', i2cBus: 1, i2cAddress: 0x3c }, { clock, log });
await display.start();

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const cpu = process.cpuUsage();
let picture = 0;
const drawing =
  Number(every) > 0 && setInterval(() => display.show(new Uint8Array(1024).fill(++picture)), Number(every));
await sleep(Number(seconds) * 1000);
clearInterval(drawing);
delay.disable();
const { user, system } = process.cpuUsage(cpu);
const ms = (nanoseconds) => Math.round(nanoseconds / 1e4) / 100;
console.log(
  JSON.stringify({
    p50: ms(delay.percentile(50)),
    p99: ms(delay.percentile(99)),
    max: ms(delay.max),
    cpuPercent: Math.round((user + system) / 1e4 / Number(seconds)),
  }),
);
await display.stop();
