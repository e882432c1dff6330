import { guestSteps } from './guest-steps/guest-steps.js'

/**
 * What the privileged helper runs in its sandbox on the attached disk: the engines' common steps, between where its operations come
 * from and where records go. It is installed beside the helper as `nbd-steps.sh`, for root must not run a text that the caller brings.
 * The helper sets the variable `disk`.
 */
export const NBD_STEPS = `# Generated from electron/core/guest/engines/nbd-steps.ts; its test tells when they differ (vitest -u writes it anew).
exec 3>&1 1>&2
(
${guestSteps({ disk: null, partPrefix: 'p', work: '/m/work', tmp: '/m/tmp' })}) || exit
sync
echo end >&3
`
