// The page's icons: strokes on a 16 px grid, in the colour of the text.
const paths = {
  run: "M5 3.5v9l7-4.5z",
  stop: "M4.5 4.5h7v7h-7z",
  restart: "M12.5 8a4.5 4.5 0 1 1-1.4-3.3M12.5 2.5v3h-3",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  folder: "M2 4.5a1 1 0 0 1 1-1h3l1.5 1.5H13a1 1 0 0 1 1 1V12a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1z",
  file: "M4 2.5h5l3 3v8H4zM9 2.5v3h3",
  notebook: "M4 2.5h8.5v11H4zM4 5H2.7M4 8H2.7M4 11H2.7M6.5 5.5h3.5",
  panel: "M2.5 3.5h11v9h-11zM9.5 3.5v9",
  sidebar: "M2.5 3.5h11v9h-11zM6.5 3.5v9",
  sun: "M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6M8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9",
  moon: "M13 9.6A5.4 5.4 0 0 1 6.4 3 5.4 5.4 0 1 0 13 9.6z",
  plus: "M8 3.5v9M3.5 8h9",
  grip: "M6 4h.01M10 4h.01M6 8h.01M10 8h.01M6 12h.01M10 12h.01",
  up: "M8 12.5v-9M4.5 7 8 3.5 11.5 7",
  upload: "M8 10.5v-8M4.8 5.5 8 2.5l3.2 3M3 11v2.5h10V11",
  chevron: "M6 4l4 4-4 4",
  search: "M7 3a4 4 0 1 1 0 8 4 4 0 0 1 0-8M10 10l3.5 3.5",
  text: "M3 4.5V3.5h10v1M8 3.5v9M6 12.5h4",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }) {
  const dots = name === "more" || name === "grip";
  return (
    <svg class="i" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path d={paths[name]} fill={name === "run" || name === "stop" ? "currentColor" : "none"} stroke="currentColor" stroke-width={dots ? 2 : 1.3} stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}
