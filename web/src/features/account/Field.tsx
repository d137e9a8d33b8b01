import { type InputHTMLAttributes, type ReactNode, useId, useState } from "react";

import { useError } from "./Form";
import { useAccountWords } from "./words";

type InputProps = Pick<
  InputHTMLAttributes<HTMLInputElement>,
  "type" | "autoComplete" | "inputMode" | "defaultValue" | "maxLength" | "min" | "max" | "step" | "spellCheck"
>;

interface Props extends InputProps {
  name: string;
  label: string;
  hint?: string;
  beside?: ReactNode;
}

/** A labelled input; what is wrong with it is said by the form around it. */
export function Field({ name, label, hint, beside, ...input }: Props) {
  const id = useId();
  const error = useError(name);
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="input">
        <input
          type="text"
          {...input}
          id={id}
          name={name}
          aria-invalid={error ? true : undefined}
          aria-describedby={described || undefined}
        />
        {beside}
      </div>
      {hint && (
        <p className="note" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p className="wrong-why" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}

/** A password that can be looked at. */
export function PasswordField(props: Omit<Props, "type" | "beside">) {
  const words = useAccountWords();
  const [shown, setShown] = useState(false);
  return (
    <Field
      {...props}
      type={shown ? "text" : "password"}
      spellCheck={false}
      beside={
        <button
          type="button"
          className="quiet"
          aria-label={shown ? words.hidePassword : words.showPassword}
          onClick={() => {
            setShown(!shown);
          }}
        >
          {shown ? words.hide : words.show}
        </button>
      }
    />
  );
}

/** A code of a mail or an authenticator. */
export function CodeField({ name, label, numeric = false }: { name: string; label: string; numeric?: boolean }) {
  return (
    <Field
      name={name}
      label={label}
      autoComplete="one-time-code"
      spellCheck={false}
      inputMode={numeric ? "numeric" : "text"}
    />
  );
}

/** Not seen by people; password managers want to know whose password it is. */
export function Username({ email = "" }: { email?: string | undefined }) {
  return <input type="text" hidden readOnly name="username" autoComplete="username" value={email} />;
}
