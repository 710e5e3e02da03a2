/** The panel from afar: what it shows, and presses of its buttons. */
import type { PairingView } from '../../ui/panel/snapshot.ts';
import type { Box } from '../box.ts';
import type { Command } from '../control.ts';
import { BoxError } from '../errors.ts';
import { parseButton, parseHoldMs } from '../panel/press.ts';

export interface PanelShown {
  page: string;
  /** The open pairing window. */
  pairing: PairingView | null;
  /** 1024 bytes in page order, base64. */
  frame: string;
}

export function panelCommands(box: Box): [string, Command][] {
  const shown = (): PanelShown => {
    const { page, pairing } = box.panel.snapshot();
    return { page, pairing: pairing ?? null, frame: Buffer.from(box.panel.frame()).toString('base64') };
  };

  return [
    ['panel show', shown],
    [
      'panel press',
      (args) => {
        const button = parseButton(args.button);
        const heldMs = parseHoldMs(args.heldMs ?? 0);
        if (!button || heldMs === undefined)
          throw new BoxError('request-invalid', { reason: 'no such button or hold' });
        box.panel.press(button, heldMs);
        return { button, heldMs };
      },
    ],
  ];
}
