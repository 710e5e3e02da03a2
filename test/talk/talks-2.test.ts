/** The other half of the talks. */
import { describe } from 'vitest';
import { describeTalks } from '../kit/talk/talks.ts';
import { isFirstHalf } from './halves.ts';

describe('talks', () => describeTalks((name, index) => !isFirstHalf(name, index)));
