"use client";
import Link from "next/link";
import { Amount } from "#components/ui/amount.tsx";
import { Avatar } from "#components/ui/avatar.tsx";
import { useTimeFormat } from "#components/ui/time.tsx";
import type { CustomerPanelView } from "./customer-panel-view.ts";

/** The person beside the thread, and what this conversation has cost. */
export function CustomerPanel(props: { customer: CustomerPanelView }) {
  const { customer } = props;
  const time = useTimeFormat();
  const { conversation } = customer;
  const price = <Amount value={conversation.price} currency={conversation.currency} symbol />;
  return (
    <>
      <section>
        <div className="row gap-3">
          <Avatar id={customer.id} name={customer.name} size="l" />
          <div className="col">
            <h2 className="text-title clip">{customer.name}</h2>
            {customer.since ? (
              <span className="text-small text-ink-3 clip">Customer since {time.date(customer.since)}</span>
            ) : null}
          </div>
        </div>
        {customer.tags.length > 0 ? (
          <div className="row mt-3 flex-wrap gap-1">
            {customer.tags.map((tag) => (
              <span key={tag} className="tag">
                {tag}
              </span>
            ))}
          </div>
        ) : null}
        <div className="trio">
          <div>
            <b>{customer.conversationCount}</b>
            <span className="text-small text-ink-3">chats</span>
          </div>
          <div>
            <b>{conversation.calls}</b>
            <span className="text-small text-ink-3">AI calls</span>
          </div>
          <div>
            <b>{Number(conversation.tokens).toLocaleString("en-US")}</b>
            <span className="text-small text-ink-3">tokens</span>
          </div>
        </div>
      </section>
      <section>
        <h3>Identities</h3>
        <dl className="facts">
          {customer.identities.map((one) => (
            <Pair
              key={`${one.label}${one.value}`}
              label={one.label}
              value={one.value}
              code={one.code ?? false}
            />
          ))}
        </dl>
      </section>
      {customer.details.length > 0 ? (
        <section>
          <h3>Details</h3>
          <dl className="facts">
            {customer.details.map((one) => (
              <Pair key={one.label} label={one.label} value={one.value} code={false} />
            ))}
          </dl>
        </section>
      ) : null}
      <section>
        <h3>This conversation</h3>
        <dl className="facts">
          <dt>AI usage</dt>
          <dd className="num">
            {conversation.calls === 1 ? "1 call" : `${conversation.calls} calls`} ·{" "}
            {Number(conversation.tokens).toLocaleString("en-US")} tokens
          </dd>
          <dt>Price</dt>
          <dd>
            {conversation.href ? (
              <Link href={conversation.href} className="drill">
                {price}
              </Link>
            ) : (
              price
            )}
          </dd>
        </dl>
      </section>
    </>
  );
}

function Pair(props: { label: string; value: string; code: boolean }) {
  return (
    <>
      <dt>{props.label}</dt>
      <dd className={props.code ? "code" : ""} title={props.value}>
        {props.value}
      </dd>
    </>
  );
}
