{{/* Names, labels, and what the worker and the page have in common. */}}

{{- define "billing.name" -}}
{{- $name := ternary .Release.Name (printf "%s-%s" .Release.Name .Chart.Name) (contains .Chart.Name .Release.Name) -}}
{{- $name | trunc 50 | trimSuffix "-" -}}
{{- end }}

{{- define "billing.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "billing.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "billing.image" -}}
{{ .Values.image.repository }}{{ if .Values.image.digest }}@{{ .Values.image.digest }}{{ else }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{ end }}
{{- end }}

{{- define "billing.podSecurity" -}}
automountServiceAccountToken: false
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  fsGroup: 1000
  seccompProfile: { type: RuntimeDefault }
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "billing.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
{{- end }}

{{/* Environment that worker and page need alike; secrets come as files. */}}
{{- define "billing.environment" -}}
- { name: TEMPORAL_ADDRESS, value: {{ required "temporal.address: expected HOST:PORT of Temporal's frontend" .Values.temporal.address | quote }} }
- { name: TEMPORAL_NAMESPACE, value: {{ .Values.temporal.namespace | quote }} }
{{- with .Values.temporal.uiUrl }}
- { name: TEMPORAL_UI_URL, value: {{ . | quote }} }
{{- end }}
{{- with .Values.temporal.tlsSecret }}
- { name: TEMPORAL_TLS, value: 'true' }
- { name: TEMPORAL_TLS_CLIENT_CERT_PATH, value: /run/secrets/temporal-tls/tls.crt }
- { name: TEMPORAL_TLS_CLIENT_KEY_PATH, value: /run/secrets/temporal-tls/tls.key }
- { name: TEMPORAL_TLS_SERVER_CA_CERT_PATH, value: /run/secrets/temporal-tls/ca.crt }
{{- end }}
{{- with .Values.temporal.apiKeySecret }}
- name: TEMPORAL_API_KEY
  valueFrom: { secretKeyRef: { name: {{ . | quote }}, key: api-key } }
{{- end }}
- { name: BILLING_EVIDENCE_FILE, value: /run/secrets/evidence/url }
{{- if or .Values.keys.existingSecret .Values.keys.existingClaim }}
- { name: BILLING_KEYS, value: /run/secrets/keys }
{{- end }}
{{- end }}

{{- define "billing.volumes" -}}
- name: tmp
  emptyDir: { sizeLimit: 1Gi }
- name: state
  emptyDir: { sizeLimit: 256Mi }
- name: evidence
  secret: { secretName: {{ required "evidence.existingSecret: expected a Secret whose key url is postgres://…" .Values.evidence.existingSecret | quote }}, defaultMode: 0400 }
{{- if .Values.keys.existingClaim }}
- name: keys
  persistentVolumeClaim: { claimName: {{ .Values.keys.existingClaim | quote }} }
{{- else if .Values.keys.existingSecret }}
- name: keys
  secret: { secretName: {{ .Values.keys.existingSecret | quote }}, defaultMode: 0400 }
{{- end }}
{{- with .Values.temporal.tlsSecret }}
- name: temporal-tls
  secret: { secretName: {{ . | quote }}, defaultMode: 0400 }
{{- end }}
{{- with .Values.brokers.existingSecret }}
- name: brokers
  secret: { secretName: {{ . | quote }}, defaultMode: 0400 }
{{- end }}
{{- end }}

{{- define "billing.mounts" -}}
- { name: tmp, mountPath: /tmp }
- { name: state, mountPath: /var/lib/billing }
- { name: evidence, mountPath: /run/secrets/evidence, readOnly: true }
{{- if .Values.keys.existingClaim }}
- { name: keys, mountPath: /run/secrets/keys }
{{- else if .Values.keys.existingSecret }}
- { name: keys, mountPath: /run/secrets/keys, readOnly: true }
{{- end }}
{{- if .Values.temporal.tlsSecret }}
- { name: temporal-tls, mountPath: /run/secrets/temporal-tls, readOnly: true }
{{- end }}
{{- if .Values.brokers.existingSecret }}
- { name: brokers, mountPath: /run/secrets/brokers, readOnly: true }
{{- end }}
{{- end }}
