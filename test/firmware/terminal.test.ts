import { EventEmitter, once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { Terminal } from '../../firmware/terminal.ts';

class FakeInput extends EventEmitter {
  raw = false;
  flowing = false;
  setRawMode(on: boolean): this {
    this.raw = on;
    return this;
  }
  resume(): this {
    this.flowing = true;
    return this;
  }
  pause(): this {
    this.flowing = false;
    return this;
  }
  type(keys: string): void {
    this.emit('data', Buffer.from(keys));
  }
}

class FakeOutput extends EventEmitter {
  columns = 180;
  rows = 40;
  text = '';
  write(text: string): boolean {
    this.text += text;
    this.emit('written');
    return true;
  }
  getColorDepth(): number {
    return 1;
  }
}

let terminal: Terminal | undefined;
afterEach(() => terminal?.stop());

function openTerminal() {
  const input = new FakeInput();
  const output = new FakeOutput();
  const presses: [string, number][] = [];
  let quits = 0;
  terminal = new Terminal({
    input: input as never,
    output: output as never,
    press: (button, heldMs) => void presses.push([button, heldMs]),
    quit: () => {
      quits += 1;
    },
  });
  terminal.start();
  return { terminal, input, output, presses, quits: () => quits };
}

describe('the terminal', () => {
  it('shows the panel, the keys and the log together', async () => {
    const { terminal, output } = openTerminal();
    terminal.show(new Uint8Array(1024).fill(0xff));
    terminal.line('listening\u001b[2J');
    await once(output, 'written');
    expect(output.text).toContain('█'.repeat(128));
    expect(output.text).toContain('[P] PAIR');
    expect(output.text).toContain('listening');
    expect(output.text.split('listening')[1]).not.toContain('\u001b[2J');
  });

  it('makes keys of buttons, and Ctrl-C of quitting', () => {
    const { input, presses, quits } = openTerminal();
    input.type('pGa');
    input.type('\u001b[A');
    input.type('o');
    expect(presses).toEqual([
      ['pair', 0],
      ['page', 0],
      ['pair', 1000],
      ['power', 1000],
    ]);
    input.type('q');
    input.type('\u0003');
    expect(quits()).toBe(2);
  });

  it('draws anew when the window changes its size', async () => {
    const { output } = openTerminal();
    await once(output, 'written');
    output.columns = 70;
    output.rows = 24;
    output.text = '';
    output.emit('resize');
    await once(output, 'written');
    expect(output.text).toContain('\u001b[2J');
    expect(output.text).toContain('─'.repeat(64));
    expect(output.text).not.toContain('─'.repeat(65));
  });

  it('gives the window back', () => {
    const { terminal, input, output } = openTerminal();
    expect(input.raw).toBe(true);
    output.text = '';
    terminal.stop();
    expect(input).toMatchObject({ raw: false, flowing: false });
    expect(output.text).toContain('\u001b[?1049l');
    expect(output.listenerCount('resize') + input.listenerCount('data')).toBe(0);
  });
});
