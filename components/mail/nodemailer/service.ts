import { join } from 'node:path';
import {
  type handleUnaryCall,
  Server,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { type Binding, OPERATIONS } from './binding.ts';
import type { InvokeRequest } from './message.ts';

const SERVICE = 'dapr.proto.components.v1.OutputBinding';

interface Call {
  /** Name of the component. daprd sends it with every call (pkg/components/pluggable/grpc.go). */
  instance: string;
  signal: AbortSignal;
}

function unary<Request>(
  answer: (request: Request, call: Call) => Promise<object> | object,
): handleUnaryCall<Request, object> {
  return async (call, callback) => {
    const cancellation = new AbortController();
    call.on('cancelled', () => cancellation.abort(new Error('the caller has cancelled the call')));
    const instance = String(call.metadata.get('x-component-instance')[0] ?? '');
    try {
      callback(null, await answer(call.request, { instance, signal: cancellation.signal }));
    } catch (error) {
      callback(error as Error);
    }
  };
}

/** Creates the binding's gRPC server. daprd finds the service in it through reflection (v1alpha). */
export function createService(binding: Binding): Server {
  const proto = loadSync(join(import.meta.dirname, 'bindings.proto'), { keepCase: true, defaults: true });
  const implementation: UntypedServiceImplementation = {
    Init: unary<{ metadata: { properties: Record<string, string> } | null }>(
      async ({ metadata }, { instance }) => {
        await binding.init(instance, metadata?.properties ?? {});
        return {};
      },
    ),
    Invoke: unary<InvokeRequest>(async (request, { instance, signal }) => {
      await binding.invoke(instance, request, signal);
      return {};
    }),
    ListOperations: unary(() => ({ operations: OPERATIONS })),
    Ping: unary(() => ({})),
  };
  const server = new Server();
  server.addService(proto[SERVICE] as ServiceDefinition, implementation);
  new ReflectionService(proto, { services: [SERVICE] }).addToServer(server);
  return server;
}
