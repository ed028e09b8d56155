// Light or dark: as the system has it, or as the user chose.
import { effect, signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";

const key = "wnb.theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

export const theme = signal<Theme>((localStorage.getItem(key) as Theme | null) ?? "system");
const systemDark = signal(dark.matches);
dark.addEventListener("change", () => { systemDark.value = dark.matches; });

effect(() => {
  const is = theme.value === "system" ? (systemDark.value ? "dark" : "light") : theme.value;
  document.documentElement.dataset.theme = is;
});

export function chooseTheme(to: Theme): void {
  theme.value = to;
  if (to === "system") localStorage.removeItem(key);
  else localStorage.setItem(key, to);
}
