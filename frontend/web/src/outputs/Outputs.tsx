// The outputs of a cell.
import { memo } from "./memo";
import type { MimeBundle, OutputJSON } from "../api/contents";
import { tableType, type WholeTable } from "../api/tables";
import { Markdown } from "../notebook/Markdown";
import { ErrorOutput, type Fix, type GoTo, type Known } from "./ErrorOutput";
import { Input, inputType, type InputSpec, type SetInput } from "../form/Input";
import { Figure } from "./Figure";
import { figureType } from "./figure/data";
import { Frame } from "./Frame";
import { cleanHTML, needsFrame } from "./sanitize";
import { isTable } from "./grid";
import { Table } from "./Table";
import { PlotInput } from "./PlotInput";
import { TableInput } from "./TableInput";
import { Text } from "./Text";

const text = (v: unknown): string => (typeof v === "string" ? v : Array.isArray(v) ? v.join("") : "");

function Bundle({ data, metadata, set }: { data: MimeBundle; metadata: Record<string, unknown>; set?: SetInput }) {
  const has = (mime: string) => data[mime] !== undefined;
  const input = data[inputType] as InputSpec | undefined;
  if (input && set && input.kind !== "table" && input.kind !== "plot") return <Input spec={input} set={set} />;
  if (has("image/svg+xml")) {
    const alt = text(data["text/plain"]).split("\n").at(-1)!; // an input says its value in the line before
    const figure = { svg: text(data["image/svg+xml"]), data: data[figureType], alt };
    return input?.kind === "plot" && set ? <PlotInput spec={input} set={set} {...figure} /> : <Figure {...figure} />;
  }
  for (const mime of ["image/png", "image/jpeg", "image/gif", "image/webp"]) {
    if (!has(mime)) continue;
    const size = (metadata?.[mime] ?? {}) as { width?: number; height?: number };
    return <img class="out-image" src={`data:${mime};base64,${text(data[mime]).replaceAll("\n", "")}`} alt={text(data["text/plain"])} width={size.width} height={size.height} />;
  }
  if (has("text/html")) {
    const html = text(data["text/html"]);
    const whole = data[tableType] as WholeTable | undefined;
    if (isTable(html)) return input?.kind === "table" && set ? <TableInput spec={input} set={set} html={html} whole={whole} /> : <Table html={html} whole={whole} />;
    if (needsFrame(html)) return <Frame html={html} />;
    return <div class="out-html" dangerouslySetInnerHTML={{ __html: cleanHTML(html) }} />;
  }
  if (has("text/markdown")) return <Markdown source={text(data["text/markdown"])} />;
  if (has("text/latex")) return <Markdown source={text(data["text/latex"])} />;
  if (has("application/json")) return <Text text={JSON.stringify(data["application/json"], null, 2)} />;
  return <Text text={text(data["text/plain"])} />;
}

interface Around { goTo: GoTo; known: Known; fix?: Fix | null; set?: SetInput }

function One({ output, goTo, known, fix, set }: { output: OutputJSON } & Around) {
  switch (output.output_type) {
    case "stream": return <Text text={text(output.text)} error={output.name === "stderr"} />;
    case "error": return <ErrorOutput evalue={output.evalue} traceback={output.traceback} goTo={goTo} known={known} fix={fix} />;
    default: return <Bundle data={output.data} metadata={output.metadata} set={set} />;
  }
}

const Kept = memo(One, (a, b) => a.output === b.output && a.fix === b.fix);

export function Outputs({ outputs, ...around }: { outputs: OutputJSON[] } & Around) {
  return <>{outputs.map((o, i) => <Kept key={i} output={o} {...around} />)}</>;
}
