{{- define "tidemark.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 52 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 52 | trimSuffix "-" }}{{ end }}
{{- end }}

{{/* Cluster-wide objects of two releases in two namespaces must not be one object. */}}
{{- define "tidemark.clusterName" -}}
{{- if eq .Release.Namespace "flux-system" }}{{ include "tidemark.name" . }}{{ else }}{{ include "tidemark.name" . }}-{{ .Release.Namespace }}{{ end }}
{{- end }}

{{- define "tidemark.partOf" -}}
{{- if .Values.partOfFlux }}flux{{ else }}tidemark{{ end }}
{{- end }}

{{- define "tidemark.version" -}}
{{- .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "tidemark.labels" -}}
app.kubernetes.io/name: tidemark
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: {{ include "tidemark.partOf" . }}
app.kubernetes.io/version: {{ include "tidemark.version" . | quote }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "tidemark.selector" -}}
app: {{ include "tidemark.name" . }}
{{- end }}

{{- define "tidemark.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (include "tidemark.name" .) }}
{{- end }}

{{/* As the program names it: one Lease for each shard. */}}
{{- define "tidemark.lease" -}}
tidemark-leader-election{{ with .Values.controller.watchLabelSelector }}-{{ sha256sum . | trunc 8 }}{{ end }}
{{- end }}
