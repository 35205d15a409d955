import type { Builder } from '../builder/builder.ts';
import type { Tracing } from '../tracing.ts';

/** Tells the builder's threads the span under which each thing is asked of them. */
export function traceBuilder(tracing: Tracing, builder: Builder): Builder {
  return {
    ...builder,
    async openSnapshot(wanted) {
      const snapshot = await builder.openSnapshot({ ...wanted, trace: tracing.carry() });
      return {
        ...snapshot,
        buildPart: (order, watch) => snapshot.buildPart({ ...order, trace: tracing.carry() }, watch),
      };
    },
    buildPart: (order, snapshotId, watch) =>
      builder.buildPart({ ...order, trace: tracing.carry() }, snapshotId, watch),
  };
}
