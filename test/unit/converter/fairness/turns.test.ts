import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTurns, type WaitingJob } from '../../../../services/converter/fairness/turns.ts';

let jobs = 0;
const job = (owner: string, seconds = 1, account = owner): WaitingJob => {
  jobs += 1;
  return { id: `${jobs}`, owner, account, queuedAt: new Date(jobs).toISOString(), seconds };
};
const guest = (owner: string) => job(owner, 1, 'guests');

/** Runs the jobs one after the other, each for as long as `secondsOf` says, and returns the owners in the order of their turns. */
function runAll(waiting: WaitingJob[], secondsOf = ({ seconds }: WaitingJob) => seconds) {
  let time = 0;
  const turns = createTurns(() => time * 1000);
  const owners: string[] = [];
  for (let left = waiting; left.length > 0; ) {
    const next = turns.first(left);
    assert.ok(next);
    const end = turns.begin(next);
    time += secondsOf(next);
    end();
    owners.push(next.owner);
    left = left.filter((other) => other !== next);
  }
  return owners.join(' ');
}

describe('turns', () => {
  it('are in the order of the jobs of one owner', () => {
    const waiting = [job('a'), job('a'), job('a')];
    const turns = createTurns(() => 0);
    assert.equal(turns.first(waiting.toReversed()), waiting[0]);
    assert.equal(turns.first([]), undefined);
  });

  it('alternate between owners, however many jobs each has', () => {
    assert.equal(runAll([job('a'), job('a'), job('a'), job('a'), job('b'), job('b')]), 'a b a b a a');
  });

  it('go by the work, and not by the number of jobs', () => {
    const waiting = [
      job('a', 4),
      job('a', 4),
      job('b', 1),
      job('b', 1),
      job('b', 1),
      job('b', 1),
      job('b', 1),
    ];
    assert.equal(runAll(waiting), 'a b b b b a b');
  });

  it('charge an owner for what a file really took, and not for its size', () => {
    const tiny = [job('a', 0.2), job('a', 0.2), job('a', 0.2)];
    const usual = Array.from({ length: 5 }, () => job('b', 1));
    assert.equal(
      runAll([...tiny, ...usual], ({ owner }) => (owner === 'a' ? 3 : 1)),
      'a b b b a b b a',
    );
  });

  it('charge a conversion that takes longer than estimated while it runs', () => {
    let time = 0;
    const turns = createTurns(() => time * 1000);
    turns.begin(job('a', 0.2));
    turns.begin(job('b', 3));
    const [next, other] = [job('a'), job('b')];
    assert.equal(turns.first([next, other]), next);
    time = 60;
    assert.ok(!turns.isCheaper(next, other));
    const third = job('c');
    assert.ok(turns.isCheaper(third, next) && turns.isCheaper(third, other));
  });

  it('give no credit for the time in which an owner wanted nothing', () => {
    let time = 0;
    const turns = createTurns(() => time * 1000);
    const run = (each: WaitingJob) => {
      const end = turns.begin(each);
      time += each.seconds;
      end();
    };
    run(job('b'));
    for (let count = 0; count < 100; count++) run(job('a'));
    const waiting = [job('a'), job('a'), job('a'), job('b'), job('b'), job('b')];
    const order: string[] = [];
    for (let left = waiting; left.length > 0; ) {
      const next = turns.first(left) as WaitingJob;
      run(next);
      order.push(next.owner);
      left = left.filter((other) => other !== next);
    }
    assert.equal(order.join(' '), 'b a b a b a');
  });

  it('give all guests together the share of one user, and each guest an equal part of it', () => {
    const waiting = [guest('x'), guest('x'), guest('y'), guest('z'), job('a'), job('a'), job('a')];
    assert.equal(runAll(waiting), 'x a y a z a x');
  });

  it('are not lost by a job that ends without a conversion', () => {
    const turns = createTurns(() => 0);
    turns.begin(job('a', 50))();
    const waiting = [job('a'), job('b')];
    assert.equal(turns.first(waiting), waiting[0]);
  });

  it('forget every debt at the end of a busy period', () => {
    let time = 0;
    const turns = createTurns(() => time * 1000);
    for (const each of [job('a', 300), guest('x')]) {
      const end = turns.begin(each);
      time += 300;
      end();
    }
    const [ofA, ofX, ofB] = [job('a'), guest('x'), job('b')];
    assert.equal(turns.first([ofA, ofX, ofB]), ofB);
    turns.endBusyPeriod();
    assert.equal(turns.first([ofA, ofX, ofB]), ofA);
    assert.ok(!turns.isCheaper(guest('y'), ofX));
  });

  it('forget the debt of an account ten minutes after its last work, and not while it has work', () => {
    let time = 0;
    const turns = createTurns(() => time * 1000);
    const endFirst = turns.begin(job('a', 1));
    const endLast = turns.begin(job('a', 1));
    time = 3_600;
    endFirst();
    time += 700;
    const [ofA, ofB] = [job('a'), job('b')];
    assert.ok(turns.isCheaper(ofB, ofA));
    endLast();
    time += 599;
    assert.ok(turns.isCheaper(ofB, ofA));
    time += 1;
    assert.ok(!turns.isCheaper(ofB, ofA));
    assert.equal(turns.first([ofB, ofA]), ofA);
  });
});
