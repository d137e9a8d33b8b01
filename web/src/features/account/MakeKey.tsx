import { useId } from "react";

import { api, dataOf } from "@/lib/api/client";
import type { NewApiKey, NewApiKeyForm } from "@/lib/api/types";

import { Field } from "./Field";
import { Form, useError, type Values } from "./Form";
import { useAccountWords } from "./words";

const SCOPES = ["identify:write", "history:read", "history:write", "usage:read"] as const;
const USUAL: readonly string[] = ["identify:write", "history:read"];

/** What a new key may do; `show` gets the key, which nobody can read again. */
export function MakeKey({ show }: { show: (key: NewApiKey) => Promise<void> }) {
  const words = useAccountWords();
  return (
    <section className="panel" aria-labelledby="make-key-title">
      <h2 id="make-key-title">{words.newKey}</h2>
      <Form
        label={words.newKey}
        button={words.keyMake}
        send={async (values, form) => {
          await show(dataOf(await api.POST("/api/v1/api-keys/", { body: keyForm(values, scopesIn(form)) })));
        }}
      >
        <Field name="name" label={words.keyName} maxLength={100} autoComplete="off" />
        <Choices
          name="mode"
          legend={words.keyMode}
          type="radio"
          choices={[
            ["test", words.test],
            ["live", words.live],
          ]}
          chosen={["test"]}
        />
        <Choices
          name="scopes"
          legend={words.keyScopes}
          type="checkbox"
          choices={SCOPES.map((scope) => [scope, words.scopes[scope] ?? scope] as const)}
          chosen={USUAL}
        />
        <Field name="rate" label={words.keyRate} hint={words.keyRateHint} maxLength={40} autoComplete="off" />
        <Field
          name="credits_per_day"
          label={words.keyCredits}
          hint={words.keyCreditsHint}
          type="number"
          min={0}
          step="any"
          inputMode="decimal"
        />
        <Field name="expires_at" label={words.keyExpires} hint={words.keyExpiresHint} type="date" />
      </Form>
    </section>
  );
}

interface ChoicesProps {
  name: string;
  legend: string;
  type: "radio" | "checkbox";
  choices: readonly (readonly [value: string, label: string])[];
  chosen: readonly string[];
}

function Choices({ name, legend, type, choices, chosen }: ChoicesProps) {
  const id = useId();
  const error = useError(name);
  return (
    <fieldset aria-describedby={error ? `${id}-error` : undefined}>
      <legend>{legend}</legend>
      {choices.map(([value, label]) => (
        <label key={value} className="choice-line">
          <input type={type} name={name} value={value} defaultChecked={chosen.includes(value)} />
          {label}
        </label>
      ))}
      {error && (
        <p className="wrong-why" id={`${id}-error`}>
          {error}
        </p>
      )}
    </fieldset>
  );
}

function scopesIn(form: HTMLFormElement): NonNullable<NewApiKeyForm["scopes"]> {
  const chosen = new FormData(form).getAll("scopes");
  return SCOPES.filter((scope) => chosen.includes(scope));
}

/** What is left empty is no limit; a day ends with itself, where the person is. */
export function keyForm(values: Values, scopes: NonNullable<NewApiKeyForm["scopes"]>): NewApiKeyForm {
  const { name = "", mode, rate = "", credits_per_day: credits = "", expires_at: expires = "" } = values;
  return {
    name: name.trim(),
    mode: mode === "live" ? "live" : "test",
    scopes,
    rate: rate.trim(),
    credits_per_day: credits === "" ? null : Number(credits),
    expires_at: expires === "" ? null : new Date(`${expires}T23:59:59`).toISOString(),
  };
}
