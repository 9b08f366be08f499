// A worker as it is after two thousand million orders: its counts are about to begin anew.
import { Control, RankWord, Word } from '../../dist/layout.js';
import { serveNode } from '../../dist/node-worker.js';

/** So many orders and commands are left before the largest number of 31 bits. */
const LEFT = 20;
const OLD = 2 ** 31 - LEFT;

const sign = Control.prototype.sign;
Control.prototype.sign = function (ranks) {
  for (const place of [Word.orders, Word.posted, Word.acks]) this.words[place] = OLD;
  for (let rank = 0; rank < ranks; rank++) {
    this.words[this.rank(rank) + RankWord.done] = OLD;
    this.words[this.rank(rank) + RankWord.beat] = OLD;
  }
  this.timed = 2 ** 31 - LEFT;
  sign.call(this, ranks);
};
serveNode(null);
