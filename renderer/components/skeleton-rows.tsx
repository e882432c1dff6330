import { Skeleton } from '@mantine/core'

/** Holds the place of rows that are being read, so that nothing jumps. */
export function SkeletonRows({ rows, height = 20, gap = 16 }: { readonly rows: number; readonly height?: number; readonly gap?: number }) {
  return (
    <div aria-hidden style={{ display: 'flex', flexDirection: 'column', gap }}>
      {Array.from({ length: rows }, (_, row) => (
        // Placeholders have nothing else
        <Skeleton key={row} height={height} width={`${92 - ((row * 17) % 38)}%`} radius="sm" />
      ))}
    </div>
  )
}
