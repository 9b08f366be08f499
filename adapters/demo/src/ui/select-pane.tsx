/** How one selects. */

import { LOOPS, type Selection } from '../sim/selection.js';
import { useStore } from '../sim/store.js';
import { Choices } from './choices.js';
import { LOOP_TITLES } from './labels.js';

export function SelectPane({ selection }: { selection: Selection }) {
  const loop = useStore(selection.store, (state) => state.loop);
  return (
    <div className="brush surface">
      <Choices label="Select by" names={LOOPS} chosen={loop} title={(name) => LOOP_TITLES[name].title} choose={(name) => selection.choose(name)} />
      <p className="hint">{LOOP_TITLES[loop].about}</p>
    </div>
  );
}
