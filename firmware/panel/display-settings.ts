/** The part of [panel] that says what glass there is, as the drivers want to have it. */
import type { DisplaySettings } from '../../drivers/detect.ts';
import type { Config } from '../config.ts';

export function displaySettings(panel: Config['panel']): DisplaySettings {
  const { display, i2c_bus, i2c_address, column_offset, rotation, contrast, inverted } = panel;
  return {
    display,
    i2cBus: i2c_bus,
    i2cAddress: i2c_address,
    ...(column_offset !== 'auto' && { columnOffset: column_offset }),
    rotation,
    contrast,
    inverted,
  };
}
