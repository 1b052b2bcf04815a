import type { NextAuthOptions } from "next-auth";
import Credentials from "next-auth/providers/credentials";
import { AppError } from "#domain/core/app-error.ts";
import { enterDemoDoor } from "#server/demo/doors.ts";
import { env } from "#server/runtime/env.ts";
import { signIn } from "./sign-in.ts";

/**
 * next-auth with a password provider. It refuses database sessions beside one, so its token carries nothing but the
 * id of our own session row; every request reads the row, and `session.update()` from a client changes nothing.
 */
export function authOptions(): NextAuthOptions {
  return {
    secret: env().AUTH_SECRET,
    session: { strategy: "jwt", maxAge: 30 * 24 * 3600 },
    pages: { signIn: "/sign-in", error: "/sign-in" },
    providers: [
      Credentials({
        name: "password",
        credentials: { email: { type: "email" }, password: { type: "password" }, demoDoor: { type: "text" } },
        async authorize(credentials, request) {
          const headers = (request.headers ?? {}) as Record<string, string | undefined>;
          const from = {
            ip: headers["x-forwarded-for"]?.split(",")[0]?.trim() ?? null,
            userAgent: headers["user-agent"]?.slice(0, 400) ?? null,
          };
          try {
            const { demoDoor, email = "", password = "" } = credentials ?? {};
            const signed = demoDoor
              ? await enterDemoDoor({ userId: demoDoor, ...from })
              : await signIn({ email, password, ...from });
            return { id: signed.userId, name: signed.name, email: signed.email, sid: signed.sessionId };
          } catch (error) {
            // next-auth shows an Error's message to its own sign-in call; anything else would be a plain "CredentialsSignin".
            if (error instanceof AppError) throw new Error(error.message);
            throw error;
          }
        },
      }),
    ],
    callbacks: {
      jwt({ token, user }) {
        if (user && "sid" in user) return { sid: user.sid };
        return { sid: token.sid };
      },
      session({ session }) {
        return { expires: session.expires };
      },
    },
  };
}
