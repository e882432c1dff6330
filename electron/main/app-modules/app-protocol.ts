import { randomBytes } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { protocol } from 'electron'
import { contentSecurityPolicy, mimeType, resolveInside, withNonce } from './served-documents.js'

export const APP_ORIGIN = 'app://diskwright'

/** Call before `ready`: the window's own scheme behaves like https, and file: is not needed. */
export function declareAppScheme(): void {
  const privileges = { standard: true, secure: true, supportFetchAPI: true, codeCache: true }
  protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges }])
}

/** Serves the built window from `folder`, each document with a nonce of its own. */
export function serveApp(folder: string): void {
  protocol.handle('app', async (request) => {
    const file = resolveInside(folder, request.url, APP_ORIGIN)
    if (request.method !== 'GET' || file === null) return new Response('', { status: 403 })
    try {
      return await respond(file)
    } catch {
      return new Response('', { status: 404 })
    }
  })
}

async function respond(file: string): Promise<Response> {
  const headers = new Headers({ 'content-type': mimeType(file), 'x-content-type-options': 'nosniff' })
  if (path.extname(file) !== '.html') return new Response(new Uint8Array(await fs.readFile(file)), { headers })
  const nonce = randomBytes(16).toString('base64')
  headers.set('content-security-policy', contentSecurityPolicy(nonce))
  return new Response(withNonce(await fs.readFile(file, 'utf8'), nonce), { headers })
}
