/** Grey shapes of what is coming. They show after 300 ms, so a fast answer never flashes. */
export function Skeleton(props: { rows?: number; avatar?: boolean; className?: string }) {
  const rows = Array.from({ length: props.rows ?? 6 }, (_, index) => index);
  return (
    <div aria-busy="true" className={`col gap-5 p-5 ${props.className ?? ""}`}>
      <span className="sr-only">Loading</span>
      {rows.map((row) => (
        <div key={row} className="row gap-3" aria-hidden="true">
          {props.avatar ? <span className="skeleton size-[34px] flex-none !rounded-full" /> : null}
          <span className="col w-full gap-2">
            <span className="skeleton h-[11px]" style={{ width: `${38 + ((row * 17) % 30)}%` }} />
            <span className="skeleton h-[11px]" style={{ width: `${62 + ((row * 23) % 28)}%` }} />
          </span>
        </div>
      ))}
    </div>
  );
}
