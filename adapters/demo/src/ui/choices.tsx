/** One of a few, as buttons side by side. */

export function Choices<Name extends string>({ label, names, chosen, title, choose }: { label: string; names: readonly Name[]; chosen: Name; title: (name: Name) => string; choose: (name: Name) => void }) {
  return (
    <div className="choices" role="group" aria-label={label}>
      {names.map((name) => (
        <button key={name} aria-pressed={name === chosen} onClick={() => choose(name)}>
          {title(name)}
        </button>
      ))}
    </div>
  );
}
