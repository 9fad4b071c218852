{{/* Names and labels of one service; called with `root` and `name`. */}}
{{- define "switchboard.name" -}}
{{ printf "%s-%s" .root.Release.Name .name | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "switchboard.selector" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end }}

{{- define "switchboard.labels" -}}
{{ include "switchboard.selector" . }}
app.kubernetes.io/part-of: switchboard
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end }}

{{- define "switchboard.image" -}}
{{ printf "%s/%s:%s" .root.Values.image.registry (.image | default .name) (.root.Values.image.tag | default .root.Chart.AppVersion) }}
{{- end }}

{{/* What every container is told; called with `root` and `secrets`, keys that may be absent from the Secret. */}}
{{- define "switchboard.env" -}}
- name: KAFKA_BROKERS
  value: {{ required "set kafka.brokers: host:port, comma separated" .root.Values.kafka.brokers | quote }}
- name: TOPIC_PREFIX
  value: {{ .root.Values.kafka.topicPrefix | quote }}
- name: DATABASE_SCHEMA
  value: {{ .root.Values.postgres.schema | quote }}
- name: DATABASE_URL
  valueFrom:
    secretKeyRef: { name: {{ .root.Values.secret | quote }}, key: DATABASE_URL }
{{- range .secrets }}
- name: {{ . }}
  valueFrom:
    secretKeyRef: { name: {{ $.root.Values.secret | quote }}, key: {{ . }}, optional: {{ ne . "ENCRYPTION_KEY" }} }
{{- end }}
{{- end }}

{{- define "switchboard.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  seccompProfile: { type: RuntimeDefault }
{{- with .Values.image.pullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "switchboard.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}
