/** Passkeys: what the server sends and takes is JSON with base64url, what browsers speak has bytes. */

import { ApiProblem } from "@/lib/api/problem";

interface CredentialId {
  id: string;
  type: "public-key";
  transports?: AuthenticatorTransport[];
}

export interface RequestOptions {
  publicKey: { challenge: string; allowCredentials?: CredentialId[] } & Record<string, unknown>;
}

export interface CreationOptions {
  publicKey: {
    challenge: string;
    user: { id: string } & Record<string, unknown>;
    excludeCredentials?: CredentialId[];
  } & Record<string, unknown>;
}

export function arePasskeysKnown(): boolean {
  return typeof window.PublicKeyCredential === "function";
}

/** Sign the challenge with a passkey of this device. Throws ApiProblem `passkey-failed`. */
export async function signWithPasskey({ publicKey }: RequestOptions): Promise<object> {
  const allowCredentials = publicKey.allowCredentials?.map(readId);
  const options = {
    ...publicKey,
    challenge: bytesOf(publicKey.challenge),
    ...(allowCredentials && { allowCredentials }),
  } as PublicKeyCredentialRequestOptions;
  return written(await attempt(navigator.credentials.get({ publicKey: options })));
}

/** Make a passkey on this device. Throws ApiProblem `passkey-failed`. */
export async function makePasskey({ publicKey }: CreationOptions): Promise<object> {
  const excludeCredentials = publicKey.excludeCredentials?.map(readId);
  const options = {
    ...publicKey,
    challenge: bytesOf(publicKey.challenge),
    user: { ...publicKey.user, id: bytesOf(publicKey.user.id) },
    ...(excludeCredentials && { excludeCredentials }),
  } as unknown as PublicKeyCredentialCreationOptions;
  return written(await attempt(navigator.credentials.create({ publicKey: options })));
}

async function attempt(asked: Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const credential = await asked;
    if (credential) return credential as PublicKeyCredential;
  } catch {
    // cancelled, or there is none: browsers do not tell which
  }
  throw new ApiProblem({ code: "passkey-failed" });
}

const readId = (credential: CredentialId) => ({ ...credential, id: bytesOf(credential.id) });

function written(credential: PublicKeyCredential): object {
  const { response } = credential;
  return {
    id: credential.id,
    rawId: textOf(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: {
      clientDataJSON: textOf(response.clientDataJSON),
      ...(response instanceof AuthenticatorAttestationResponse
        ? { attestationObject: textOf(response.attestationObject), transports: response.getTransports() }
        : assertionOf(response as AuthenticatorAssertionResponse)),
    },
  };
}

function assertionOf({ authenticatorData, signature, userHandle }: AuthenticatorAssertionResponse): object {
  return {
    authenticatorData: textOf(authenticatorData),
    signature: textOf(signature),
    ...(userHandle && { userHandle: textOf(userHandle) }),
  };
}

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

export function textOf(buffer: ArrayBuffer): string {
  const plain = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return plain.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
