/** The public API: what a `handover.config.ts` is written with. Everything else is reached by `npx handover` and by HTTP. */
export type {
  CategoryConfig,
  ChatConfig,
  ChatEntityConfig,
  ChatPolicyConfig,
  Config,
  Duration,
  Exclusion,
  ExportConfig,
  FieldClass,
  Policy,
  Product,
  SourceConfig,
  Way,
  Words,
} from './config/define.ts';
export { defineConfig } from './config/define.ts';
