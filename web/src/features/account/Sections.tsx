import { NavLink } from "react-router";

import { useAccountWords } from "./words";

/** The parts of an account. */
export function Sections() {
  const words = useAccountWords();
  const parts = [
    ["/account", words.overview],
    ["/account/security", words.security],
    ["/account/keys", words.keys],
    ["/account/usage", words.usage],
    ["/account/data", words.data],
  ] as const;
  return (
    <nav className="menu sections" aria-label={words.sections}>
      {parts.map(([to, name]) => (
        <NavLink key={to} to={to} end>
          {name}
        </NavLink>
      ))}
    </nav>
  );
}
