// What the top bars of all pages have.
import { Icon } from "./Icon";
import { Menu } from "./Menu";
import { follow, urlOf } from "./route";
import { chooseTheme, theme, type Theme } from "./theme";

/** The way from the served folder to what is shown. */
export function Crumbs({ path }: { path: string }) {
  const steps = path.split("/").filter(Boolean);
  return (
    <nav class="crumbs" aria-label="Path">
      <a class="brand" href="/tree" onClick={(e) => follow(e, "")}>wnb</a>
      {steps.map((name, i) => {
        const to = steps.slice(0, i + 1).join("/");
        const last = i === steps.length - 1;
        return <span key={to}><span class="sep" aria-hidden="true">/</span>{last ? <span aria-current="page">{name}</span> : <a href={urlOf(to)} onClick={(e) => follow(e, to)}>{name}</a>}</span>;
      })}
    </nav>
  );
}

const themes: { theme: Theme; label: string }[] = [
  { theme: "system", label: "As the system has it" }, { theme: "light", label: "Light" }, { theme: "dark", label: "Dark" },
];

export function ThemeButton() {
  return (
    <Menu label="Theme" items={() => themes.map((t) => ({ label: t.label, checked: t.theme === theme.value, run: () => chooseTheme(t.theme) }))}>
      <Icon name={theme.value === "dark" ? "moon" : "sun"} />
    </Menu>
  );
}
