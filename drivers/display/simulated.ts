import type { Environment } from '../environment.ts';
import { SimulatedBus } from '../i2c/simulated.ts';
import type { Display } from './display.ts';
import { pageDriver } from './page-driver.ts';
import { SimulatedGlass } from './simulated-glass.ts';

const ADDRESS = 0x3c;

export interface SimulatedPanel {
  display: Display;
  /** What a person would see: `frame()`, and `onChange` for each message that reached the chip. */
  glass: SimulatedGlass;
}

/** A panel in memory, behind the very driver and the very bytes of a real one. */
export function simulatedPanel(environment: Environment): SimulatedPanel {
  const bus = new SimulatedBus();
  const glass = new SimulatedGlass('ssd1306');
  bus.plug(ADDRESS, glass);
  const display = pageDriver({
    module: { chip: 'ssd1306' },
    kind: 'simulated',
    address: ADDRESS,
    openBus: bus.open,
    where: 'in memory',
    ...environment,
  });
  return { display, glass };
}
