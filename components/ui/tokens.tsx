/** Tokens in and out: "25 → 10". */
export function Tokens(props: { input: number | string; output: number | string }) {
  return (
    <bdi className="num">
      {Number(props.input).toLocaleString("en-US")} → {Number(props.output).toLocaleString("en-US")}
    </bdi>
  );
}
