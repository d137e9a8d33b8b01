import { Fragment } from "react";

/** A sentence with the scientific name in it set as one. */
export function WithName({ sentence, name }: { sentence: string; name: string | null | undefined }) {
  if (!name || !sentence.includes(name)) return <>{sentence}</>;
  return sentence.split(name).map((part, index) => (
    // The parts of one sentence never change their order.
    <Fragment key={`${String(index)}${part}`}>
      {index > 0 && <i>{name}</i>}
      {part}
    </Fragment>
  ));
}
