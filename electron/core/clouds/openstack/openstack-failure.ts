import { AppError, type ErrorCode } from '#shared/errors/app-error'
import { retryAfterSeconds } from '../../registry/registry-answer.js'
import type { RestAnswer } from '../transfer/rest-network.js'

const CODES: Readonly<Record<number, ErrorCode>> = {
  401: 'sign-in-expired',
  403: 'cloud-denied',
  404: 'cloud-not-found',
  409: 'cloud-conflict',
  413: 'cloud-quota',
  429: 'cloud-busy',
  503: 'cloud-busy',
}

/** An answer that is not the one that was hoped for. */
export function openstackFailure(
  answer: RestAnswer,
  { service, what, field }: { service: string; what: string; field?: string },
): AppError {
  const { status, headers } = answer
  const retryAfter = retryAfterSeconds(headers['retry-after'], Date.now())
  const requestId = headers['x-openstack-request-id']
  const code = CODES[status] ?? (status >= 500 ? 'cloud-failed' : 'cloud-refused')
  return new AppError(code, {
    details: {
      service,
      what,
      status,
      reason: reasonOf(answer.body.toString('utf8')) || `It answered ${status}`,
      ...(requestId === undefined ? {} : { requestId }),
      ...(field === undefined ? {} : { field }),
      ...(retryAfter === null ? {} : { retryAfter }),
    },
  })
}

/** Keystone answers with JSON, Glance with a page of HTML whose heading is the status. */
export function reasonOf(body: string): string {
  const message = messageOf(body)
  if (message !== null) return plainText(message)
  const page = body.replace(/<(head|style)>[\s\S]*?<\/\1>/gi, ' ')
  return plainText(page.replace(/<h1>[\s\S]*?<\/h1>/gi, ' ')) || plainText(page)
}

function plainText(html: string): string {
  return html
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&#x27;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 500)
}

function messageOf(body: string): string | null {
  try {
    const { error, message } = JSON.parse(body) as { error?: { message?: string } | string; message?: string }
    return (typeof error === 'object' ? error.message : error) ?? message ?? null
  } catch {
    return null
  }
}
