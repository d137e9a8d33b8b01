import { useId, useRef, useState } from "react";

interface Props {
  names: readonly string[];
  choose: (name: string) => void;
  words: { orItsName: string; send: string };
}

/** The other names to choose from, and a field for one that is not among them. */
export function OtherName({ names, choose, words }: Props) {
  const [name, setName] = useState("");
  const isFirst = useRef(true);
  const id = useId();
  return (
    <div
      className="others"
      ref={(place) => {
        if (isFirst.current) place?.querySelector<HTMLElement>("button, input")?.focus();
        isFirst.current = false;
      }}
    >
      {names.length > 0 && (
        <div className="row">
          {names.map((each) => (
            <button
              key={each}
              type="button"
              className="quiet"
              onClick={() => {
                choose(each);
              }}
            >
              <i>{each}</i>
            </button>
          ))}
        </div>
      )}
      <form
        className="row"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim()) choose(name.trim());
        }}
      >
        <label htmlFor={id}>{words.orItsName}</label>
        <input
          id={id}
          maxLength={200}
          autoComplete="off"
          value={name}
          onChange={(event) => {
            setName(event.target.value);
          }}
        />
        <button type="submit" className="quiet">
          {words.send}
        </button>
      </form>
    </div>
  );
}
