"use client";
import { Upload } from "lucide-react";
import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { TextArea, TextField } from "#components/ui/field.tsx";
import { Meter } from "#components/ui/meter.tsx";

interface PriceList {
  source: string;
  validFrom: string;
  content: string;
}

/** Hands a price list in: a file or pasted text. It becomes proposals, nothing is applied. */
export function PriceImport(props: {
  onBring: (list: PriceList, onProgress: (done: number, all: number) => void) => Promise<string | null>;
}) {
  const [open, setOpen] = useState(false);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [progress, setProgress] = useState<{ done: number; all: number } | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [list, setList] = useState<PriceList>({ source: "", validFrom: "", content: "" });
  const set = (change: Partial<PriceList>) => setList((old) => ({ ...old, ...change }));
  const send = async () => {
    setBusy(true);
    setFailure(null);
    const problem = await props.onBring(list, (done, all) => setProgress({ done, all }));
    setBusy(false);
    setProgress(null);
    setFailure(problem);
    if (problem === null) setOpen(false);
  };
  return (
    <>
      <Button variant="primary" icon={<Upload size={14} />} onClick={() => setOpen(true)}>
        Hand in a list
      </Button>
      <Dialog
        open={open}
        onClose={() => setOpen(false)}
        title="A list of provider prices"
        description="Each line becomes a proposal beside the price in force. Nothing is applied."
      >
        <form
          noValidate
          className="col gap-3"
          onSubmit={(event) => {
            event.preventDefault();
            setTried(true);
            if (!busy && list.source && list.validFrom && list.content) void send();
          }}
        >
          <TextField
            label="Where it is from"
            required
            placeholder="LiteLLM, 21 November"
            error={tried && !list.source ? "This cannot be empty." : undefined}
            value={list.source}
            onChange={(event) => set({ source: event.target.value })}
          />
          <TextField
            label="The prices begin"
            type="date"
            required
            error={tried && !list.validFrom ? "This cannot be empty." : undefined}
            value={list.validFrom}
            onChange={(event) => set({ validFrom: event.target.value })}
          />
          <TextField
            label="File"
            type="file"
            accept="application/json,.json"
            hint="A list of prices as the API takes them, or LiteLLM's file by model."
            onChange={async (event) => {
              const file = event.target.files?.[0];
              if (file) set({ content: await file.text() });
            }}
          />
          <TextArea
            label="Or paste it"
            error={tried && !list.content ? "Choose a file, or paste its text." : undefined}
            rows={5}
            className="code"
            value={list.content.length > 20_000 ? "" : list.content}
            placeholder={
              list.content.length > 20_000
                ? `${list.content.length.toLocaleString("en")} characters of a file`
                : "["
            }
            onChange={(event) => set({ content: event.target.value })}
          />
          {progress ? <Meter label="Lines read" percent={(progress.done / progress.all) * 100} /> : null}
          {failure ? (
            <p className="field-error" role="alert">
              {failure}
            </p>
          ) : null}
          <Button type="submit" variant="primary" busy={busy} className="self-start">
            {busy ? "Reading" : "Hand it in"}
          </Button>
        </form>
      </Dialog>
    </>
  );
}
