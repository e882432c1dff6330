import path from 'node:path'

const MIME_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
}

export function mimeType(file: string): string {
  return MIME_TYPES[path.extname(file)] ?? 'application/octet-stream'
}

/**
 * Scripts only from the app, styles only from the app or with the document's nonce; style attributes are CodeMirror's. The only frame is
 * that of consoles.
 */
export function contentSecurityPolicy(nonce: string, frameOrigin: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    `frame-src ${frameOrigin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/**
 * Of the frame of consoles: xterm.js makes style elements and noVNC pictures as it goes, which the window's own policy does not allow.
 * So they live in a frame of another origin, which can neither load nor send anything, nor reach the window but by messages.
 */
export function consolePolicy(windowOrigin: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${windowOrigin}`,
  ].join('; ')
}

/** The window's style libraries read the nonce from this element. */
export function withNonce(html: string, nonce: string): string {
  return html.replace('<head>', `<head>\n    <meta property="csp-nonce" nonce="${nonce}" />`)
}

/** The file that an address of `origin` means, or null when it is foreign or leaves `folder`. */
export function resolveInside(folder: string, url: string, origin: string): string | null {
  if (!url.startsWith(`${origin}/`)) return null
  let name: string
  try {
    name = decodeURIComponent(new URL(url).pathname)
  } catch {
    return null
  }
  if (name.includes('\0')) return null
  const file = path.join(folder, name === '/' ? 'index.html' : name)
  const relative = path.relative(folder, file)
  return relative === '' || relative.startsWith('..') || path.isAbsolute(relative) ? null : file
}
