import { useId } from "react";

import { SearchField } from "@/components/SearchField";

import { type Filters, LEVELS, STATES } from "./filters";
import { useHistoryWords } from "./words";

interface Props {
  filters: Filters;
  change: (filters: Filters, isSameStep?: boolean) => void;
}

/** By name, by how sure the answer is, by state. */
export function FilterBar({ filters, change }: Props) {
  const words = useHistoryWords();
  return (
    <div className="filters">
      <SearchField
        label={words.search}
        searched={filters.q}
        search={(q, isSameStep) => {
          change({ ...filters, q }, isSameStep);
        }}
      />
      <Choice
        label={words.level}
        any={words.anyLevel}
        names={words.levels}
        values={LEVELS}
        chosen={filters.level}
        choose={(level) => {
          change({ ...filters, level });
        }}
      />
      <Choice
        label={words.status}
        any={words.anyStatus}
        names={words.states}
        values={STATES}
        chosen={filters.status}
        choose={(status) => {
          change({ ...filters, status });
        }}
      />
    </div>
  );
}

interface ChoiceProps<Value extends string> {
  label: string;
  any: string;
  names: Record<Value, string>;
  values: readonly Value[];
  chosen: Value | "";
  choose: (value: Value | "") => void;
}

function Choice<Value extends string>({ label, any, names, values, chosen, choose }: ChoiceProps<Value>) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={chosen}
        onChange={(event) => {
          choose(values.find((each) => each === event.target.value) ?? "");
        }}
      >
        <option value="">{any}</option>
        {values.map((each) => (
          <option key={each} value={each}>
            {names[each]}
          </option>
        ))}
      </select>
    </div>
  );
}
