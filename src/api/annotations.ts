/** Asks for a run: any change of the value does. Opaque, never parsed. */
export const reconcileRequestAnnotation = 'reconcile.fluxcd.io/requestedAt';

/** The finalizer of every kind that Flux reconciles. */
export const fluxFinalizer = 'finalizers.fluxcd.io';

/** Annotations with this prefix travel with an object's events. */
export const eventAnnotationPrefix = 'event.toolkit.fluxcd.io/';

/** How many markers an automation looks after, as of its last full run. Ours; Flux has no place for it. */
export const markerCountAnnotation = 'tidemark.dev/markers';

/** `disabled` keeps Flux's kustomize-controller from substituting variables in an object. */
export const substituteAnnotation = 'kustomize.toolkit.fluxcd.io/substitute';
