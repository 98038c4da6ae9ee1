/**
 * The functions of Tilt that we use, with all their parameters in Tilt's order. Taken from its source (github.com/tilt-dev/tilt
 * 0.33.21, the UnpackArgs calls below internal/tiltfile) and described in https://docs.tilt.dev/api.html. The name of an optional
 * parameter ends with `?`. Types are those of Starlark; `sync list` is a list of values that sync() returned.
 */
const FUNCTIONS: Record<string, { gives: string; parameters: Record<string, string> }> = {
  // docker.go
  docker_build: {
    gives: 'nothing',
    parameters: {
      ...{ ref: 'string', context: 'string', 'build_args?': 'dict', 'dockerfile?': 'string' },
      ...{ 'dockerfile_contents?': 'string', 'cache?': 'any', 'live_update?': 'fall_back_on/sync/run list' },
      ...{ 'match_in_env_vars?': 'bool', 'ignore?': 'string | string list', 'only?': 'string | string list' },
      ...{ 'entrypoint?': 'string | string list', 'container_args?': 'string list', 'target?': 'string' },
      ...{ 'ssh?': 'string | string list', 'secret?': 'string | string list', 'network?': 'string' },
      ...{ 'extra_tag?': 'string | string list', 'cache_from?': 'string | string list', 'pull?': 'bool' },
      ...{ 'platform?': 'string', 'extra_hosts?': 'string | string list' },
    },
  },
  // live_update.go
  fall_back_on: { gives: 'value', parameters: { paths: 'string | string list' } },
  sync: { gives: 'value', parameters: { local_path: 'string', remote_path: 'string' } },
  run: {
    gives: 'value',
    parameters: { cmd: 'string | string list', 'trigger?': 'string | string list', 'echo_off?': 'bool' },
  },
  // k8s.go
  k8s_yaml: { gives: 'nothing', parameters: { yaml: 'string | string list', 'allow_duplicates?': 'bool' } },
  k8s_resource: {
    gives: 'nothing',
    parameters: {
      ...{ 'workload?': 'string', 'new_name?': 'string' },
      'port_forwards?': 'string | int | port_forward | string/int/port_forward list',
      'extra_pod_selectors?': 'dict | dict list',
      ...{ 'trigger_mode?': 'string', 'resource_deps?': 'string list', 'objects?': 'string list' },
      ...{ 'auto_init?': 'bool', 'pod_readiness?': 'string', 'links?': 'string | link | string/link list' },
      ...{ 'labels?': 'string | string list', 'discovery_strategy?': 'string' },
    },
  },
  port_forward: {
    gives: 'value',
    parameters: {
      ...{ local_port: 'int', 'container_port?': 'int', 'name?': 'string', 'link_path?': 'string' },
      'host?': 'string',
    },
  },
  kustomize: {
    gives: 'answer',
    parameters: { paths: 'string', 'kustomize_bin?': 'string', 'flags?': 'string list' },
  },
  // k8scontext/k8scontext.go
  k8s_context: { gives: 'answer', parameters: {} },
  allow_k8s_contexts: { gives: 'nothing', parameters: { contexts: 'string | string list' } },
  // local_resource.go
  local_resource: {
    gives: 'nothing',
    parameters: {
      ...{ name: 'string', 'cmd?': 'string | string list', 'deps?': 'string | string list' },
      ...{ 'trigger_mode?': 'string', 'resource_deps?': 'string list', 'ignore?': 'string | string list' },
      ...{ 'auto_init?': 'bool', 'serve_cmd?': 'string | string list', 'cmd_bat?': 'string | string list' },
      ...{ 'serve_cmd_bat?': 'string | string list', 'allow_parallel?': 'bool' },
      ...{ 'links?': 'string | link | string/link list', 'labels?': 'string | string list', 'env?': 'dict' },
      ...{ 'serve_env?': 'dict', 'readiness_probe?': 'any', 'dir?': 'string', 'serve_dir?': 'string' },
    },
  },
  // links/links.go
  link: { gives: 'value', parameters: { url: 'string', 'name?': 'string' } },
  // updatesettings/update_settings.go
  update_settings: {
    gives: 'nothing',
    parameters: {
      ...{ 'max_parallel_updates?': 'int', 'k8s_upsert_timeout_secs?': 'int' },
      'suppress_unused_image_warnings?': 'string | string list',
    },
  },
  // os/os.go, io/io.go, encoding/yaml.go. The tests use JSON as YAML, since JSON is a subset of it.
  'os.getenv': { gives: 'answer', parameters: { key: 'string', 'default?': 'string' } },
  read_file: { gives: 'file', parameters: { paths: 'string', 'default?': 'string' } },
  decode_yaml_stream: { gives: 'decoded', parameters: { yaml: 'string' } },
  encode_yaml_stream: { gives: 'encoded', parameters: { objs: 'list' } },
};

/** The functions in the format that the interpreter reads. */
export const API = Object.fromEntries(
  Object.entries(FUNCTIONS).map(([name, { gives, parameters }]) => [
    name,
    {
      gives,
      parameters: Object.entries(parameters).map(([parameter, type]) => ({
        name: parameter.replace('?', ''),
        optional: parameter.endsWith('?'),
        type,
      })),
    },
  ]),
);

export const CONSTANTS = { TRIGGER_MODE_AUTO: 'auto', TRIGGER_MODE_MANUAL: 'manual' };
