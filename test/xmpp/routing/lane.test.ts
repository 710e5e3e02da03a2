import { describe, expect, it } from 'vitest';
import { Lane } from '../../../xmpp/routing/lane.ts';

function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe('Lane', () => {
  it('starts messages at once and lets them take effect in the order they came', async () => {
    const lane = new Lane();
    const seen: string[] = [];
    const disk = [gate(), gate()];
    const message = (index: number) =>
      lane.pipelined(async (turn) => {
        seen.push(`start ${index}`);
        await disk[index]?.opened;
        await turn();
        seen.push(`effect ${index}`);
      });
    const both = Promise.all([message(0), message(1)]);
    expect(seen).toEqual(['start 0', 'start 1']);
    disk[1]?.open();
    disk[0]?.open();
    await both;
    expect(seen).toEqual(['start 0', 'start 1', 'effect 0', 'effect 1']);
  });

  it('starts a barrier only when all before it is done', async () => {
    const lane = new Lane();
    const seen: string[] = [];
    const disk = gate();
    lane.pipelined(async (turn) => {
      await disk.opened;
      await turn();
      seen.push('message');
    });
    const query = lane.barrier(async () => {
      seen.push('query');
    });
    disk.open();
    await query;
    expect(seen).toEqual(['message', 'query']);
  });

  it('starts a message that follows a barrier when the barrier is done', async () => {
    const lane = new Lane();
    const seen: string[] = [];
    const answer = gate();
    lane.barrier(async () => {
      await answer.opened;
      seen.push('query');
    });
    const message = lane.pipelined(async () => {
      seen.push('message');
    });
    await Promise.resolve();
    expect(seen).toEqual([]);
    answer.open();
    await message;
    expect(seen).toEqual(['query', 'message']);
  });

  it('goes on after a failure and counts what is pending', async () => {
    const lane = new Lane();
    const failed = lane.pipelined(async () => {
      throw new Error('one stanza');
    });
    expect(lane.pending).toBe(1);
    await failed;
    expect(lane.pending).toBe(0);
    let ran = false;
    await lane.barrier(async () => {
      ran = true;
    });
    expect(ran).toBe(true);
  });
});
