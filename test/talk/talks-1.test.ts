/** The talks between two boxes, and some of the others: half of the time that all take. */
import { describe } from 'vitest';
import { describeTalks } from '../kit/talk/talks.ts';
import { isFirstHalf } from './halves.ts';

describe('talks', () => describeTalks(isFirstHalf));
