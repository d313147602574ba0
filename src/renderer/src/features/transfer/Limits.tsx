import { type Ability, lackedBy, needsOf } from '#shared/abilities.ts'
import { Problem } from '../../components/Problem.tsx'
import { useConnection } from '../../stores/context.ts'

/** What this Redis user cannot bring along: a key that takes it would be refused on the way. */
export function Limits({ of }: { readonly of: readonly Ability[] }) {
  const status = useConnection((state) => state.status)
  if (status?.state !== 'connected') return null
  const limits = of
    .map((ability) => ({ ability, lacks: lackedBy(ability, status.missing) }))
    .filter(({ lacks }) => lacks.length > 0)
  if (limits.length === 0) return null
  return (
    <Problem tone="plain">
      {limits.map(({ ability, lacks }) => (
        <p key={ability}>
          This Redis user cannot {needsOf(ability).words}: it may not run {lacks.join(', ')}.
        </p>
      ))}
    </Problem>
  )
}
