/** The machine that the box runs on: whether it may be switched off from here, and doing so. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Log } from '../xmpp/log.ts';
import { reasonOf } from './errors.ts';

const run = promisify(execFile);
const LOGIND = ['org.freedesktop.login1', '/org/freedesktop/login1', 'org.freedesktop.login1.Manager'];
const ANSWER_MS = 3000;

/** Whether systemd itself started this process (systemd.exec(5), since version 248), and not a shell in somebody's session. */
export function isService(env: NodeJS.ProcessEnv, pid: number): boolean {
  return env.SYSTEMD_EXEC_PID === String(pid);
}

/** Whether logind lets this user switch the machine off without asking for a password. */
export async function canPowerOff(): Promise<boolean> {
  try {
    const { stdout } = await run('busctl', ['call', ...LOGIND, 'CanPowerOff'], { timeout: ANSWER_MS });
    return stdout.trim() === 's "yes"';
  } catch {
    return false;
  }
}

/** Asks systemd for it; the machine goes down some seconds later. */
export async function powerOffMachine(log: Log): Promise<void> {
  try {
    await run('systemctl', ['poweroff', '--no-ask-password'], { timeout: ANSWER_MS });
  } catch (error) {
    log.error({ reason: reasonOf(error) }, 'the machine does not switch off; the box has stopped');
  }
}
