import prettier from "eslint-config-prettier";
import a11y from "eslint-plugin-jsx-a11y";
import hooks from "eslint-plugin-react-hooks";
import globals from "globals";
import ts from "typescript-eslint";

// A feature knows the library and the components, never another feature; pages in app/ put features together.
const FEATURES = ["account", "guides", "history", "identify", "outbox", "result", "status"];
const walls = FEATURES.map((feature) => ({
  files: [`src/features/${feature}/**`],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          { group: ["@/app/*"], message: "Features do not know the app." },
          ...FEATURES.filter((other) => other !== feature).map((other) => ({
            group: [`@/features/${other}/*`, `../${other}/*`],
            message: "Features do not know each other.",
          })),
        ],
      },
    ],
  },
}));

export default ts.config(
  { ignores: ["dist", "node_modules", "src/lib/api/schema.d.ts"] },
  ...ts.configs.strict,
  ...ts.configs.stylistic,
  { ...a11y.flatConfigs.strict, files: ["**/*.tsx"] },
  hooks.configs.flat["recommended-latest"],
  {
    files: ["src/lib/**", "src/components/**"],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: [{ group: ["@/features/*", "@/app/*"], message: "lib and components know no feature." }] },
      ],
    },
  },
  ...walls,
  { files: ["scripts/**", "*.config.*"], languageOptions: { globals: globals.node } },
  prettier,
);
