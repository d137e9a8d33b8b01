import { scaleEnd } from "./days";

export interface Bar {
  label: string;
  lower: number;
  upper: number;
}

interface Props {
  caption: string;
  names: { lower: string; upper: string };
  bars: readonly Bar[];
  format: (value: number) => string;
}

const HEIGHT = 100;
const GAP = 0.2; // of the width of a bar

/** Bars of two parts, one on the other. A picture only: whoever cannot see it reads the table beside it. */
export function BarChart({ caption, names, bars, format }: Props) {
  const end = scaleEnd(Math.max(0, ...bars.map(({ lower, upper }) => lower + upper)));
  const scaled = (value: number) => (value / end) * HEIGHT;
  return (
    <figure className="chart">
      <figcaption>{caption}</figcaption>
      <p className="legend note" aria-hidden>
        <span className="paid">{names.lower}</span>
        <span className="free">{names.upper}</span>
      </p>
      <p className="note" aria-hidden>
        {format(end)}
      </p>
      <svg viewBox={`0 0 ${String(bars.length)} ${String(HEIGHT)}`} preserveAspectRatio="none" aria-hidden>
        {bars.map(({ label, lower, upper }, index) => (
          <g key={label}>
            <rect
              className="paid"
              x={index + GAP / 2}
              width={1 - GAP}
              y={HEIGHT - scaled(lower)}
              height={scaled(lower)}
            />
            <rect
              className="free"
              x={index + GAP / 2}
              width={1 - GAP}
              y={HEIGHT - scaled(lower + upper)}
              height={scaled(upper)}
            />
          </g>
        ))}
      </svg>
      <p className="row note" aria-hidden>
        <span>{bars[0]?.label}</span>
        <span>{bars.at(-1)?.label}</span>
      </p>
    </figure>
  );
}
